"""Sheets: worksheets of a training, and the judging of what students write into them."""
