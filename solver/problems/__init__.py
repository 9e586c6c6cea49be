"""Problems and their questions: records, readers of files and pasted text, option orders, prompts."""
