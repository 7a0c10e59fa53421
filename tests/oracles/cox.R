# Cox models: survival::coxph. Every covariate is a category, as in the book.
lung_rows <- na.omit(with(lung, data.frame(time, event = status == 2, sex = sex == 2,
  ecog = pmin(ph.ecog, 2), karno = pat.karno >= 80, loss = wt.loss >= 10)))
ovarian_rows <- with(ovarian, data.frame(time = futime, event = fustat == 1, rx = rx == 2,
  residual = resid.ds == 2, ps = ecog.ps == 2, old = age >= 55))
veteran_rows <- with(veteran, data.frame(time, event = status == 1, cell = as.character(celltype),
  trt = trt == 2, karno = karno >= 60, prior = prior == 10))
leukemia_rows <- with(leukemia, data.frame(time, event = status == 1, x = as.character(x)))
data <- list(lung = lung_rows, ovarian = ovarian_rows, veteran = veteran_rows, leukemia = leukemia_rows)
for (name in names(data)) write_frozen(data[[name]], paste0("cox_data_", name))
coefficients <- tests <- NULL
for (name in names(data)) {
  d <- data[[name]]
  terms <- setdiff(names(d), c("time", "event"))
  for (term in terms) d[[term]] <- factor(as.character(d[[term]]))
  models <- c(as.list(terms), if (length(terms) > 1) list(terms))
  for (model in models) {
    for (ties in c("efron", "breslow")) {
      fit <- coxph(reformulate(model, "Surv(time, event)"), d, ties = ties,
                   control = coxph.control(eps = 1e-14, iter.max = 50))
      s <- summary(fit)
      label <- paste(model, collapse = "+")
      coefficients <- rbind(coefficients, data.frame(data = name, model = label, ties,
        name = rownames(s$coefficients), coefficient = s$coefficients[, "coef"],
        std_error = s$coefficients[, "se(coef)"], p_value = s$coefficients[, 5],
        conf_low = s$conf.int[, 3], conf_high = s$conf.int[, 4], row.names = NULL))
      tests <- rbind(tests, data.frame(data = name, model = label, ties,
        lr = s$logtest[[1]], wald = as.numeric(fit$wald.test), score = s$sctest[[1]], df = s$logtest[[2]],
        concordance = s$concordance[[1]]))
    }
  }
}
write_frozen(coefficients, "cox_coefficients")
write_frozen(tests, "cox_tests")
