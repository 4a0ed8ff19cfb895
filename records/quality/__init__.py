"""数据质量: figures of each month, duties to report, bulletins. Definitions in policy, verbs in services."""
