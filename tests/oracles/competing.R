# Cumulative incidence: survival's multi-state survfit, and cmprsk's cuminc for its variance and
# Gray's test. mgus2 is full of ties: follow-up in whole months.
rows <- mgus2[seq(1, nrow(mgus2), by = 5), ]
mgus <- with(rows, data.frame(
  time = ifelse(pstat == 1, ptime, futime),
  cause = ifelse(pstat == 1, "event", ifelse(death == 1, "death", "")), sex = as.character(sex)))
write_frozen(mgus, "sample_mgus")
small <- data.frame(time = c(1, 1, 1, 2, 2, 3, 3, 4, 5, 5), sex = "F",
  cause = c("event", "event", "death", "death", "", "event", "death", "", "event", "event"))
write_frozen(small, "sample_competing")
result <- NULL
for (name in c("mgus", "competing")) {
  d <- if (name == "mgus") mgus else small
  state <- factor(ifelse(d$cause == "", "censored", d$cause), c("censored", "event", "death"))
  fit <- survfit(Surv(d$time, state) ~ 1)
  own <- summary(fit, censored = TRUE)
  gray <- cmprsk::cuminc(d$time, as.integer(state) - 1, cencode = 0)
  for (cause in c("event", "death")) {
    at <- own$time
    found <- cmprsk::timepoints(gray, at)
    k <- if (cause == "event") 1 else 2
    result <- rbind(result, data.frame(sample = name, cause, time = at,
      estimate = own$pstate[, which(fit$states == cause)],
      cmprsk = unname(found$est[k, ]), variance = unname(found$var[k, ])))
  }
}
write_frozen(result, "incidence")
test <- cmprsk::cuminc(mgus$time, mgus$cause, mgus$sex, cencode = "")$Tests
write_frozen(data.frame(cause = rownames(test), test, row.names = NULL), "gray")
