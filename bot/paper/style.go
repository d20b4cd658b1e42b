package paper

// A Style is how a text looks. Its zero value but for the size is black, upright
// text at the left.
type Style struct {
	Size   float64 // of the type, in points
	Least  float64 // to what size a text shrinks before it takes more than one line, in [Document.Fit]; 0: it does not
	Bold   bool    // before Italic: there is no bold italic
	Italic bool    // Khmer stays upright
	Align  Align
	Indent float64 // of the first line of each paragraph, in points
	Ink    Ink
}

// An Align says where the lines of a text stand between its margins.
type Align int

const (
	Left Align = iota
	Center
	Right
	Justify // both margins, but for the last line of a paragraph, which stands at the left
)

// An Ink is a colour, in 256 steps of red, green and blue.
type Ink struct{ R, G, B uint8 }

// Black is the ink of official papers.
var Black = Ink{}
