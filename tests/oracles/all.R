# Run every oracle beside this file: `Rscript tests/oracles/all.R`. R is needed to rewrite the
# frozen numbers, not to test against them.
library(survival)
here <- dirname(normalizePath(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))))
write_frozen <- function(frame, name) {
  numeric <- vapply(frame, is.double, TRUE)
  frame[numeric] <- lapply(frame[numeric], function(x) ifelse(is.na(x), NA, sprintf("%.17g", x)))
  write.csv(frame, file.path(here, paste0(name, ".csv")), row.names = FALSE, quote = FALSE,
            fileEncoding = "UTF-8")
}
for (file in setdiff(sort(list.files(here, "\\.R$", full.names = TRUE)),
                     file.path(here, "all.R"))) {
  message(basename(file))
  sys.source(file, envir = new.env(parent = globalenv()))
}
