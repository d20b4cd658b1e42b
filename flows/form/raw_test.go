package form

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// rawTypes are the texts below the heading "type" of the survey sheet, read by another library.
func rawTypes(t *testing.T, raw []byte) []string {
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, s := range f.GetSheetList() {
		if strings.EqualFold(s, "survey") || len(f.GetSheetList()) == 1 {
			table, err := f.GetRows(s)
			if err != nil {
				t.Fatal(err)
			}
			at := -1
			var types []string
			for _, row := range table {
				switch {
				case at >= len(row):
				case at >= 0:
					if typ := strings.TrimSpace(row[at]); typ != "" {
						types = append(types, typ)
					}
				default:
					for i, h := range row {
						if h = strings.ToLower(strings.TrimSpace(h)); h == "type" || h == "command" {
							at = i
						}
					}
				}
			}
			return types
		}
	}
	t.Fatal("no survey sheet")
	return nil
}
