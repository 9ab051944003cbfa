"""Pages of notify in Chinese: official letters, and the page by which an addressee signs for one."""
