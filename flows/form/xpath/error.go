package xpath

import (
	"fmt"
	"unicode/utf8"
)

// An Error is a mistake in an expression and its place. Parse, Check and
// evaluation give it, so that a caller can say it in the language of who wrote
// the form, by Code and Args; Error says it in English. Neither holds what
// somebody answered: an Error may be logged.
type Error struct {
	Code Code

	// At is the place in bytes of the source. It is empty, at the end, where
	// something is missing.
	At Span

	// Column is the place in characters, from 1, as a person counts in a cell.
	Column int

	// Args are what the sentence of this code needs, in the order its comment
	// names. Those that are words are among [Phrases].
	Args []string
}

// A Code says what is wrong. Codes are stable: locales have a sentence for each.
type Code string

// Codes of Parse, each with its arguments.
const (
	CodeEmpty       Code = "empty"       // nothing but spaces
	CodeLong        Code = "long"        // the limit in characters
	CodeDeep        Code = "deep"        // the limit of nesting
	CodeUnexpected  Code = "unexpected"  // what stands there, what was expected
	CodeEnd         Code = "end"         // what was expected before the end
	CodeUnclosed    Code = "unclosed"    // what was opened, what closes it; At is where it was opened
	CodeUnopened    Code = "unopened"    // a closing bracket without an opening one
	CodeText        Code = "text"        // the quotation mark that is never closed; At is the mark
	CodeQuote       Code = "quote"       // a typographic quotation mark
	CodeOperator    Code = "operator"    // what was written, what XLSForm has instead
	CodeReference   Code = "reference"   // what stands in ${…} or after a lone $
	CodeNumber      Code = "number"      // a number too large to be one
	CodeUnsupported Code = "unsupported" // a construct of XPath that XLSForm does not have
)

// Codes of Check and of evaluation, each with its arguments.
const (
	CodeFunction  Code = "function"  // an unknown name, the nearest known one or ""
	CodeScope     Code = "scope"     // a function that chat does not have, why
	CodeArguments Code = "arguments" // the function, how many it was given, how many it takes
	CodeArgument  Code = "argument"  // the function, what the argument must be
	CodeRegex     Code = "regex"     // the regular expression, what cannot be read in it
	CodeLookahead Code = "lookahead" // the regular expression, the construct that RE2 does not have, as written
	CodeLastSaved Code = "lastsaved" // the question whose last saved answer is asked for
	CodeUnion     Code = "union"     // none
	CodePath      Code = "path"      // a path that leads to no question
	CodeColumn    Code = "column"    // a bare name that is no column
	CodeDate      Code = "date"      // what is no date
	CodeEndless   Code = "endless"   // the limit in steps; only from evaluation
	CodeAlgorithm Code = "algorithm" // an algorithm or encoding that digest does not have
)

// Error says it in English, with the place.
func (e *Error) Error() string {
	return fmt.Sprintf("column %d: %s", e.Column, e.sentence())
}

func (e *Error) sentence() string {
	arg := func(i int) string {
		if i < len(e.Args) {
			return e.Args[i]
		}
		return ""
	}
	switch e.Code {
	case CodeEmpty:
		return "the expression is empty"
	case CodeLong:
		return "the expression is longer than " + arg(0) + " characters"
	case CodeDeep:
		return "the expression is nested deeper than " + arg(0) + " levels"
	case CodeUnexpected:
		return arg(0) + " stands where " + arg(1) + " is expected"
	case CodeEnd:
		return "the expression ends where " + arg(0) + " is expected"
	case CodeUnclosed:
		return arg(0) + " is never closed by " + arg(1)
	case CodeUnopened:
		return arg(0) + " closes a bracket that was never opened"
	case CodeText:
		return "the text that begins with " + arg(0) + " is never closed"
	case CodeQuote:
		return arg(0) + " is a typographic quotation mark: write ' or \""
	case CodeOperator:
		return "XLSForm has no " + arg(0) + ": write " + arg(1)
	case CodeReference:
		return fmt.Sprintf("%q names no question: write ${name}", arg(0))
	case CodeNumber:
		return arg(0) + " is too large a number"
	case CodeUnsupported:
		return "XLSForm has no " + arg(0)
	case CodeFunction:
		if arg(1) != "" {
			return "there is no function " + arg(0) + "(): perhaps " + arg(1) + "()"
		}
		return "there is no function " + arg(0) + "()"
	case CodeScope:
		return arg(0) + "() cannot be used in chat: " + arg(1)
	case CodeArguments:
		return arg(0) + "() is given " + arg(1) + " arguments and takes " + arg(2)
	case CodeArgument:
		return arg(0) + "() needs " + arg(1)
	case CodeRegex:
		return fmt.Sprintf("the regular expression %q cannot be read: %s", arg(0), arg(1))
	case CodeLookahead:
		return fmt.Sprintf("the regular expression %q uses %s, which is not offered here", arg(0), arg(1))
	case CodeLastSaved:
		return "the last saved answer of " + arg(0) + " is not kept"
	case CodeUnion:
		return "a union of answers cannot be evaluated: ask for each of them"
	case CodePath:
		return arg(0) + " leads to no question"
	case CodeColumn:
		return "there is no column " + arg(0) + " here: a question is written ${" + arg(0) + "}"
	case CodeDate:
		return arg(0) + " is no date"
	case CodeEndless:
		return "the expression needs more than " + arg(0) + " steps"
	case CodeAlgorithm:
		return "digest() has no " + arg(0)
	}
	return string(e.Code)
}

// mistake is an Error at a place of source.
func mistake(source string, at Span, code Code, args ...string) *Error {
	start := min(max(at.Start, 0), len(source))
	return &Error{Code: code, At: at, Column: utf8.RuneCountInString(source[:start]) + 1, Args: args}
}
