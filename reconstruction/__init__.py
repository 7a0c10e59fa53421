"""How the synthetic cohort was found: search, solver, scoreboard. Nothing else imports it."""
