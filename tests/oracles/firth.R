# Firth's penalised Cox model. Debian packages no coxphf; where it is installed by hand, its own
# numbers are frozen (coxphf.csv, by version 1.13.4). Beside them the same penalised likelihood from survival alone:
# coxph evaluated at given coefficients, maximised and profiled by general optimisers.
penalised <- function(beta, formula, data) {
  fit <- suppressWarnings(coxph(formula, data, init = beta, iter.max = 0, ties = "breslow"))
  fit$loglik[2] - 0.5 * as.numeric(determinant(fit$var)$modulus)
}
maximise <- function(formula, data, p, fixed = NULL, at = NULL) {
  free <- setdiff(seq_len(p), fixed)
  whole <- function(b) { beta <- numeric(p); beta[free] <- b; beta[fixed] <- at; beta }
  if (!length(free)) return(list(value = penalised(at, formula, data), beta = at))
  best <- list(par = rep(0, length(free)))
  for (round in 1:4) best <- optim(best$par, function(b) -penalised(whole(b), formula, data),
    method = "BFGS", control = list(reltol = 1e-16, maxit = 2000, ndeps = rep(1e-5, length(free))))
  list(value = -best$value, beta = whole(best$par))
}
profile_limits <- function(formula, data, p, k, best) {
  gap <- function(b) 2 * (best$value - maximise(formula, data, p, k, b)$value) - qchisq(0.95, 1)
  side <- function(step) {
    far <- best$beta[k] + step
    while (gap(far) < 0) far <- far + step
    uniroot(gap, sort(c(best$beta[k], far)), tol = 1e-9)$root
  }
  c(side(-1), side(1))
}
samples <- list(
  three = list(data = data.frame(time = c(1, 2, 3), event = TRUE, x = c(1, 1, 0)), terms = "x"),
  ovarian = list(data = with(ovarian, data.frame(time = futime, event = fustat == 1,
    rx = as.numeric(rx == 2), residual = as.numeric(resid.ds == 2), young = as.numeric(age < 50))),
    terms = c("rx", "residual", "young")),
  tied = list(data = with(leukemia, data.frame(time, event = status == 1,
    x = as.numeric(x == "Maintained"), early = as.numeric(time <= 9))), terms = c("x", "early")))
result <- packaged <- NULL
for (name in names(samples)) {
  d <- samples[[name]]$data; terms <- samples[[name]]$terms; p <- length(terms)
  write_frozen(d, paste0("firth_data_", name))
  formula <- reformulate(terms, "Surv(time, event)")
  best <- maximise(formula, d, p)
  for (k in seq_len(p)) {
    limits <- profile_limits(formula, d, p, k, best)
    lr <- 2 * (best$value - maximise(formula, d, p, k, 0)$value)
    result <- rbind(result, data.frame(data = name, term = terms[k], coefficient = best$beta[k],
      conf_low = exp(limits[1]), conf_high = exp(limits[2]),
      p_value = pchisq(lr, 1, lower.tail = FALSE)))
  }
  if (requireNamespace("coxphf", quietly = TRUE)) {
    fit <- coxphf::coxphf(formula, d, epsilon = 1e-12, maxit = 500)
    packaged <- rbind(packaged, data.frame(data = name, term = terms,
      coefficient = unname(fit$coefficients), std_error = unname(sqrt(diag(fit$var))),
      conf_low = unname(fit$ci.lower), conf_high = unname(fit$ci.upper), p_value = unname(fit$prob)))
  }
}
write_frozen(result, "firth")
if (!is.null(packaged)) write_frozen(packaged, "coxphf")
