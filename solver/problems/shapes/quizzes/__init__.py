"""Files of makers of quizzes: one module a way to write questions down."""
