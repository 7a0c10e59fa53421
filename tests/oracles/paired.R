# Repeated measurements: friedman.test, binom.test with p.adjust, mcnemar.test of base R; the
# Stuart-Maxwell statistic by its textbook formula on the covariance without its last category.
set.seed(20221120)
pad <- function(...) data.frame(data = NA, test = NA, statistic = NA, df = NA, p_value = NA)[rep(1, 0), ]
row <- function(data, test, statistic, df, p) data.frame(data, test, statistic, df, p_value = p)

grades <- matrix(pmin(3, 1 + rpois(4 * 30, rep(c(0.3, 0.6, 0.9, 0.7), each = 30))), nrow = 30)
grades_frame <- data.frame(patient = 1:30, grades)
names(grades_frame)[2:5] <- paste0("visit_", 1:4)
write_frozen(grades_frame, "paired_grades")
f <- friedman.test(grades)
result <- row("grades", "Friedman", f$statistic, f$parameter, f$p.value)
pairs <- combn(4, 2)
p <- apply(pairs, 2, function(v) {
  d <- sign(grades[, v[2]] - grades[, v[1]])
  binom.test(sum(d > 0), sum(d != 0))$p.value
})
label <- apply(pairs, 2, function(v) paste0("visit_", v[1], " to visit_", v[2]))
result <- rbind(result, row("grades", label, NA, NA, p),
                row("grades", paste(label, "holm"), NA, NA, p.adjust(p, "holm")))

# Uebersax's example (john-uebersax.com/stat/mcnemar.htm): X2 = 13.76 on 2 df
hyp <- matrix(c(20, 3, 0, 10, 30, 5, 5, 15, 40), 3)
stuart <- function(m) {
  k <- nrow(m) - 1
  d <- (rowSums(m) - colSums(m))[1:k]
  v <- (diag(rowSums(m) + colSums(m)) - m - t(m))[1:k, 1:k, drop = FALSE]
  c(drop(t(d) %*% solve(v) %*% d), k)
}
s <- stuart(hyp)
result <- rbind(result, row("uebersax", "Stuart–Maxwell", s[1], s[2], pchisq(s[1], s[2], lower.tail = FALSE)))
two <- matrix(c(101, 59, 121, 33), 2)
m <- mcnemar.test(two, correct = FALSE)
result <- rbind(result, row("two", "Stuart–Maxwell", m$statistic, m$parameter, m$p.value),
                row("two", "McNemar", NA, NA, binom.test(121, 180)$p.value))
write_frozen(result, "paired")
