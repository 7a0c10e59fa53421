# Log-rank (rho = 0) and Peto-Peto (rho = 1), plain and stratified: survival::survdiff.
cohort <- na.omit(with(lung, data.frame(time, event = status == 2, sex = paste0("s", sex),
  ecog = paste0("e", pmin(ph.ecog, 2)), site = paste0("i", inst %% 3))))
write_frozen(cohort, "cohort_lung")
test <- function(data, group, strata, rho, fit) {
  df <- sum(rowSums(as.matrix(fit$exp)) > 0) - 1
  o <- rowSums(as.matrix(fit$obs)); e <- rowSums(as.matrix(fit$exp))
  data.frame(data, group, strata, rho, chi2 = fit$chisq, df = as.double(df),
             p_value = pchisq(fit$chisq, df, lower.tail = FALSE),
             ratio = if (length(o) == 2) (o[2] / e[2]) / (o[1] / e[1]) else NA)
}
result <- NULL
for (rho in 0:1) {
  result <- rbind(result,
    test("lung", "sex", "", rho, survdiff(Surv(time, event) ~ sex, cohort, rho = rho)),
    test("lung", "ecog", "", rho, survdiff(Surv(time, event) ~ ecog, cohort, rho = rho)),
    test("lung", "sex", "site", rho, survdiff(Surv(time, event) ~ sex + strata(site), cohort, rho = rho)),
    test("lung", "ecog", "site", rho, survdiff(Surv(time, event) ~ ecog + strata(site), cohort, rho = rho)))
}
row.names(result) <- NULL
write_frozen(result, "logrank")
