// Package form reads questionnaires that were written in Excel.
package form
