package web

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/boombuler/barcode/qr"
)

const (
	// quiet is the white border around a code, in modules (ISO/IEC 18004).
	quiet = 4
	// moduleSize is the side of a module, in pixels: sharp on paper too.
	moduleSize = 12
)

// QR draws text as a QR code, a PNG picture in black and white that survives
// the loss of 15 % of it, by a fold or a stain.
func QR(text string) ([]byte, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("draw QR code: %w", err)
	}
	modules := code.Bounds().Dx()
	side := (modules + 2*quiet) * moduleSize
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range modules {
		row := img.Pix[(y+quiet)*moduleSize*img.Stride:][:img.Stride]
		for x := range modules {
			if code.At(x, y) == color.Black {
				module := row[(x+quiet)*moduleSize:][:moduleSize]
				for i := range module {
					module[i] = 1
				}
			}
		}
		for i := 1; i < moduleSize; i++ {
			copy(img.Pix[((y+quiet)*moduleSize+i)*img.Stride:], row)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("draw QR code: %w", err)
	}
	return b.Bytes(), nil
}
