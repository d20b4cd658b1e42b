package paper

import (
	"image"
	"image/color"
	"testing"
)

func TestPixels(t *testing.T) {
	picture := image.NewGray(image.Rect(5, 5, 8, 7)) // dark, but for
	picture.Set(6, 5, color.White)
	p := &Page{Size: Size{100, 100}}
	p.Pixels(picture, 10, 20, 30)
	if got, want := p.content.String(), "10 70 10 10 re\n30 70 10 10 re\n10 60 30 10 re\nf\n"; got != want {
		t.Errorf("the picture is drawn as\n%s\nwant\n%s", got, want)
	}
}

func TestInk(t *testing.T) {
	p := &Page{Size: Size{100, 100}}
	p.Line(0, 0, 50, 10, 0.5, Ink{255, 0, 51})
	p.Frame(10, 10, 20, 30, 0.5, Ink{255, 0, 51})
	p.Frame(10, 10, 20, 30, 0.5, Black)
	if got, want := p.content.String(), "1 0 0.2 RG\n1 0 0.2 rg\n0.5 w\n0 100 m\n50 90 l\nS\n0.5 w\n10 60 20 30 re\nS\n"+
		"0 0 0 RG\n0 0 0 rg\n0.5 w\n10 60 20 30 re\nS\n"; got != want {
		t.Errorf("the page is drawn as\n%s\nwant\n%s", got, want)
	}
}
