package responses

import (
	"archive/zip"
	"compress/flate"
	"io"
)

// zipped writes the only table as a file, or several as a zip of one file for each.
func (w *writing) zipped(out io.Writer, ending string, write func(io.Writer, *table) error) error {
	if len(w.tables) == 1 {
		return write(out, w.tables[0])
	}
	z := zip.NewWriter(out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for _, t := range w.tables {
		part, err := z.CreateHeader(&zip.FileHeader{Name: t.name + ending, Method: zip.Deflate, Modified: w.dataset.Made})
		if err != nil {
			return err
		}
		if err := write(part, t); err != nil {
			return err
		}
	}
	return z.Close()
}
