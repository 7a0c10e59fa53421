# Limits of proportions: base R's binom.test (Clopper-Pearson) and prop.test (Wilson).
rows <- expand.grid(n = c(0, 1, 3, 14, 26, 36), total = c(36, 1, 3, 50))
rows <- rows[rows$n <= rows$total, ]
rows <- merge(rows, data.frame(conf_level = c(0.95, 0.90)))
exact <- t(mapply(function(n, total, level) binom.test(n, total, conf.level = level)$conf.int,
                  rows$n, rows$total, rows$conf_level))
score <- t(mapply(function(n, total, level)
  suppressWarnings(prop.test(n, total, conf.level = level, correct = FALSE)$conf.int),
  rows$n, rows$total, rows$conf_level))
result <- rbind(data.frame(rows, method = "Clopper–Pearson", conf_low = exact[, 1], conf_high = exact[, 2]),
                data.frame(rows, method = "Wilson", conf_low = score[, 1], conf_high = score[, 2]))
write_frozen(result, "proportion")
