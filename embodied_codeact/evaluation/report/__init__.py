"""Reports: the figures of one run or several, for people and for programs.

``report``    everything that a report tells, as one record
``tables``    the same as tables: named columns, one row a line
``files``     the tables as Markdown, CSV and Parquet
``html``      one page that needs nothing else
"""

from embodied_codeact.evaluation.report.report import Cell, FormatRow, Report, make_report

__all__ = ["Cell", "FormatRow", "Report", "make_report"]
