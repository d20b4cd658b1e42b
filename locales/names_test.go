package locales

import (
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestNameOrder(t *testing.T) {
	for _, tt := range []struct {
		what string
		want []string
	}{
		{"given name first, then family, then middle", []string{
			"Trần Thị An", "Lê Thị Bé", "Nguyễn Kim Hoa", "Nguyễn Thị Hoa", "Trần Thị Hoa", "An Thị Vân",
		}},
		{"letters of their own", []string{
			"Lê An", "Lê Ánh", "Lê Ăn", "Lê Ân", "Lê Dung", "Lê Duyên", "Lê Đào", "Lê Đông", "Lê Em", "Lê Êm", "Lê Oanh", "Lê Ốc", "Lê Ơn", "Lê Út", "Lê Ưng",
		}},
		{"tones after letters", []string{
			"Lê Ma", "Lê Mà", "Lê Mả", "Lê Mã", "Lê Má", "Lê Mạ", "Lê Mai",
		}},
		{"the tone of the given name before the family name", []string{"Trần Thị Hoa", "Nguyễn Thị Hòa"}},
		{"small letters beside capitals", []string{"lê thị bình", "Lê Thị Bình", "lê thị cúc"}},
		{"one word, two words, nobody", []string{"", "Hoa", "Lê Hoa", "Lê Thị Hoa"}},
		{"the two forms of Unicode", []string{"Lê Thị Bình", norm.NFD.String("Lê Thị Cúc"), "Lê Thị Dịu"}},
		{"Khmer script after Latin", []string{"Thạch Thị Vuông", "ថាច់ សុខា"}},
	} {
		t.Run(tt.what, func(t *testing.T) {
			got := slices.Clone(tt.want)
			rand.New(rand.NewPCG(1, 2)).Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
			slices.SortFunc(got, NameOrder())
			if !slices.Equal(got, tt.want) {
				t.Errorf("sorted %q, want %q", got, tt.want)
			}
		})
	}
}

// Spaces typed twice do not move a name, and two spellings are never equal, so
// that every sort gives the same list.
func TestNameOrderSpaces(t *testing.T) {
	order := NameOrder()
	if order(" Lê  Thị Hoa", "Lê Thị Hòa") >= 0 || order("Lê Thị Hoa ", "Lê Thị Hoa") == 0 {
		t.Error("spaces decide more than the last thing")
	}
}
