package xpath

import (
	"crypto/md5"  // #nosec G501 -- digest() of XLSForm offers it; nothing rests on it here
	"crypto/sha1" // #nosec G505 -- as above
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// This file holds the functions on texts. Places and lengths count characters.

// subject is the first argument as a text, or the answer itself where the
// function is called without one.
func (ev *evaluation) subject(args []Value) (string, error) {
	switch {
	case len(args) > 0:
		return args[0].String(), nil
	case ev.item != nil:
		return ev.item.text, nil
	}
	return ev.env.Self()
}

func toText(_ *evaluation, _ *Call, args []Value) (Value, error) {
	return textValue(args[0].String()), nil
}

func concat(_ *evaluation, _ *Call, args []Value) (Value, error) {
	return textValue(strings.Join(texts(args), "")), nil
}

func contains(_ *evaluation, _ *Call, args []Value) (Value, error) {
	return truthValue(strings.Contains(args[0].String(), args[1].String())), nil
}

func startsWith(_ *evaluation, _ *Call, args []Value) (Value, error) {
	return truthValue(strings.HasPrefix(args[0].String(), args[1].String())), nil
}

func endsWith(_ *evaluation, _ *Call, args []Value) (Value, error) {
	return truthValue(strings.HasSuffix(args[0].String(), args[1].String())), nil
}

// substr counts from 0 up to, without, the end; negative places count from the
// end of the text.
func substr(ev *evaluation, _ *Call, args []Value) (Value, error) {
	s := []rune(args[0].String())
	place := func(i int) int {
		f := args[i].Number(ev.clock)
		if f < 0 {
			f += float64(len(s))
		}
		if !(f > 0) {
			return 0
		}
		return int(math.Min(f, float64(len(s))))
	}
	start, end := place(1), len(s)
	if len(args) == 3 {
		end = place(2)
	}
	if start >= end {
		return textValue(""), nil
	}
	return textValue(string(s[start:end])), nil
}

// substring is the one of XPath 1.0 §4.2: it counts from 1, rounds, and takes a
// length.
func substring(ev *evaluation, _ *Call, args []Value) (Value, error) {
	half := func(f float64) float64 { return math.Floor(f + 0.5) }
	start, end := half(args[1].Number(ev.clock)), math.Inf(1)
	if len(args) == 3 {
		end = start + half(args[2].Number(ev.clock))
	}
	var b strings.Builder
	place := 0.0
	for _, r := range args[0].String() {
		if place++; place >= start && place < end {
			b.WriteRune(r)
		}
	}
	return textValue(b.String()), nil
}

func substringBefore(_ *evaluation, _ *Call, args []Value) (Value, error) {
	before, _, found := strings.Cut(args[0].String(), args[1].String())
	if !found {
		before = ""
	}
	return textValue(before), nil
}

func substringAfter(_ *evaluation, _ *Call, args []Value) (Value, error) {
	_, after, _ := strings.Cut(args[0].String(), args[1].String())
	return textValue(after), nil
}

// translate puts for each character of its second argument the one at the same
// place of the third, and nothing where that one is shorter.
func translate(_ *evaluation, _ *Call, args []Value) (Value, error) {
	from, to := []rune(args[1].String()), []rune(args[2].String())
	other := make(map[rune]rune, len(from))
	for i, r := range from {
		if _, seen := other[r]; seen {
			continue
		}
		other[r] = -1 // which strings.Map drops
		if i < len(to) {
			other[r] = to[i]
		}
	}
	return textValue(strings.Map(func(r rune) rune {
		if o, ok := other[r]; ok {
			return o
		}
		return r
	}, args[0].String())), nil
}

func stringLength(ev *evaluation, _ *Call, args []Value) (Value, error) {
	s, err := ev.subject(args)
	return numberValue(float64(utf8.RuneCountInString(s))), err
}

func normalizeSpace(ev *evaluation, _ *Call, args []Value) (Value, error) {
	s, err := ev.subject(args)
	return textValue(strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r == ' ' || r == '\t' || r == '\n' || r == '\r'
	}), " ")), err
}

// digest is the checksum of a text by an algorithm, in Base64 unless the third
// argument says hex.
func digest(ev *evaluation, n *Call, args []Value) (Value, error) {
	text := []byte(args[0].String())
	var checksum []byte
	switch args[1].String() {
	case "MD5":
		c := md5.Sum(text) // #nosec G401 -- as above
		checksum = c[:]
	case "SHA-1":
		c := sha1.Sum(text) // #nosec G401 -- as above
		checksum = c[:]
	case "SHA-256":
		c := sha256.Sum256(text)
		checksum = c[:]
	case "SHA-384":
		c := sha512.Sum384(text)
		checksum = c[:]
	case "SHA-512":
		c := sha512.Sum512(text)
		checksum = c[:]
	default:
		return Value{}, ev.expr.mistake(n.Args[1].Place(), CodeAlgorithm, ev.source(n.Args[1]))
	}
	encoding := "base64"
	if len(args) == 3 {
		encoding = args[2].String()
	}
	switch encoding {
	case "hex":
		return textValue(hex.EncodeToString(checksum)), nil
	case "base64":
		return textValue(base64.StdEncoding.EncodeToString(checksum)), nil
	}
	return Value{}, ev.expr.mistake(n.Args[2].Place(), CodeAlgorithm, ev.source(n.Args[2]))
}

func base64Decode(ev *evaluation, n *Call, args []Value) (Value, error) {
	decoded, err := base64.StdEncoding.DecodeString(args[0].String())
	if err != nil {
		return Value{}, ev.expr.mistake(n.Args[0].Place(), CodeArgument, n.Name, aBase64Text)
	}
	return textValue(strings.ToValidUTF8(string(decoded), "\ufffd")), nil
}

// uuid is a random UUID of version 4 or, with a length, so many random letters
// and digits.
func uuid(ev *evaluation, _ *Call, args []Value) (Value, error) {
	source := ev.env.Random()
	if len(args) == 1 {
		const letters, most = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1000
		var b strings.Builder
		for i := 0.0; i+1 <= args[0].Number(ev.clock) && i < most; i++ {
			b.WriteByte(letters[source.IntN(len(letters))])
		}
		return textValue(b.String()), nil
	}
	high := source.Uint64()&^0xf000 | 0x4000
	low := source.Uint64()&^(3<<62) | 2<<62
	return textValue(fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&(1<<48-1))), nil
}
