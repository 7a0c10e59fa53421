# Kaplan-Meier curves, medians, rates, restricted means: R's survival on its own data sets.
curves <- medians <- rates <- means <- NULL
samples <- list(
  ovarian = data.frame(time = ovarian$futime, event = ovarian$fustat == 1),
  lung = data.frame(time = lung$time, event = lung$status == 2),
  veteran = data.frame(time = veteran$time, event = veteran$status == 1),
  leukemia = data.frame(time = leukemia$time, event = leukemia$status == 1),
  half = data.frame(time = c(1, 2, 3, 4), event = c(TRUE, TRUE, TRUE, FALSE)),
  zero = data.frame(time = c(0, 0, 2, 5, 5, 7), event = c(TRUE, FALSE, TRUE, TRUE, FALSE, TRUE)))
for (name in names(samples)) {
  d <- samples[[name]]
  for (method in c("log-log", "log", "plain")) {
    for (level in c(0.95, 0.80)) {
      fit <- survfit(Surv(time, event) ~ 1, d, conf.type = method, conf.int = level)
      s <- summary(fit, censored = TRUE)
      if (level == 0.95 && name != "veteran") curves <- rbind(curves, data.frame(sample = name, method, conf_level = level, time = s$time,
        n_risk = s$n.risk, n_event = s$n.event, estimate = s$surv, std_error = s$std.err,
        conf_low = s$lower, conf_high = s$upper))
      m <- s$table
      medians <- rbind(medians, data.frame(sample = name, method, conf_level = level,
        estimate = m[["median"]], conf_low = m[[grep("LCL", names(m))]],
        conf_high = m[[grep("UCL", names(m))]]))
      at <- as.numeric(quantile(d$time, c(0.1, 0.3, 0.5, 0.7, 0.9), type = 1))
      at <- unique(c(at, at + 0.5)); at <- at[at <= max(d$time)]
      r <- summary(fit, times = at)
      rates <- rbind(rates, data.frame(sample = name, method, conf_level = level, time = r$time,
        n_risk = r$n.risk, estimate = r$surv, conf_low = r$lower, conf_high = r$upper))
    }
  }
  for (tau in as.numeric(quantile(d$time, c(0.4, 0.8, 1), type = 1))) {
    t <- summary(survfit(Surv(time, event) ~ 1, d), rmean = tau)$table
    means <- rbind(means, data.frame(sample = name, horizon = tau,
      estimate = t[[grep("^\\*?rmean", names(t))]], std_error = t[[grep("se\\(rmean", names(t))]]))
  }
}
for (name in names(samples)) write_frozen(samples[[name]], paste0("sample_", name))
write_frozen(curves, "km_curves")
write_frozen(medians, "km_medians")
write_frozen(rates, "km_rates")
write_frozen(means, "rmst")
