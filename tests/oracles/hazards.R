# Proportional hazards: survival::cox.zph (score test, survival 3) on the models of cox.R.
tests <- residuals <- NULL
for (name in c("lung", "ovarian", "veteran", "leukemia")) {
  d <- read.csv(file.path(here, paste0("cox_data_", name, ".csv")))
  terms <- setdiff(names(d), c("time", "event"))
  for (term in terms) d[[term]] <- factor(as.character(d[[term]]))
  for (ties in c("efron", "breslow")) {
    fit <- coxph(reformulate(terms, "Surv(time, event)"), d, ties = ties,
                 control = coxph.control(eps = 1e-14, iter.max = 50))
    zph <- cox.zph(fit)
    tests <- rbind(tests, data.frame(data = name, ties, term = rownames(zph$table),
      statistic = zph$table[, 1], df = zph$table[, 2], p_value = zph$table[, 3], row.names = NULL))
    if (name == "ovarian") residuals <- rbind(residuals,
      data.frame(ties, time = zph$time, zph$y, row.names = NULL))
  }
}
write_frozen(tests, "zph")
write_frozen(residuals, "zph_residuals")
