package xpath

import (
	"regexp/syntax"
	"slices"
)

// The words that mistakes have among their arguments. A caller that speaks
// another language looks them up in [Phrases].
const (
	aValue           = "a value"
	anOperatorOrEnd  = "an operator or the end"
	anOperatorOr     = "an operator or " // with the closing bracket
	anOperatorOrMore = "an operator, a comma or )"
	aQuestionName    = "the name of a question"

	anAxis          = "axis (::)"
	anAttribute     = "attribute (@)"
	aWildcard       = "wildcard (*)"
	aSearch         = "search in depth (//)"
	aColonName      = "name with a colon in a path"
	aPathFunction   = "function in a path"
	aDotCondition   = "condition ([) behind . or .."
	aBracketPath    = "a path that follows brackets"
	aFunctionPath   = "a path that follows a function"
	aListName       = "the name of a list in quotation marks"
	aChoiceQuestion = "a question as its second argument, such as '${name}'"
	aFirstQuestion  = "a question as its first argument"
	aRepeatEach     = "a repeat before each number"
	aRepeatOrParent = "a repeat or .. as its argument"
	aRepeatOrList   = "a repeat or a list"
	aRepeatedOrList = "a question of a repeat, or a list"
	aList           = "a list"
	asManyWeights   = "as many weights as conditions"
	aBase64Text     = "a text in Base64"
	mapless         = "chat has places but no areas and no maps"
	noDocument      = "a questionnaire is no XML document"
	noKey           = "no key is kept to check signatures with"
	notDescribed    = "ODK does not describe it; now() and date() are offered"
	ownTranslation  = "labels are translated by themselves"
	orMore          = "+" // behind the least number of arguments
	upTo            = "–" // between the least and the most
	aPatternMistake = "mistake in the pattern"
)

// Phrases lists the English words that the Args of an [Error] may hold. All other
// arguments are pieces of the expression, names of functions, operators, brackets
// and numbers, which are the same in every language.
func Phrases() []string {
	phrases := []string{
		aValue, anOperatorOrEnd, anOperatorOr + ")", anOperatorOr + "]", anOperatorOrMore, aQuestionName,
		anAxis, anAttribute, aWildcard, aSearch, aColonName, aPathFunction, aDotCondition, aBracketPath, aFunctionPath,
		aListName, aChoiceQuestion, aFirstQuestion, aRepeatEach, aRepeatOrParent, aRepeatOrList, aRepeatedOrList, aList, asManyWeights, aBase64Text,
		mapless, noDocument, noKey, notDescribed, ownTranslation, aPatternMistake,
	}
	for _, code := range patternCodes {
		phrases = append(phrases, code.String())
	}
	return phrases
}

// patternCodes are the mistakes of regular expressions that Go tells apart.
var patternCodes = []syntax.ErrorCode{
	syntax.ErrInvalidCharClass, syntax.ErrInvalidCharRange, syntax.ErrInvalidEscape, syntax.ErrInvalidNamedCapture, syntax.ErrInvalidPerlOp,
	syntax.ErrInvalidRepeatOp, syntax.ErrInvalidRepeatSize, syntax.ErrInvalidUTF8, syntax.ErrMissingBracket, syntax.ErrMissingParen,
	syntax.ErrMissingRepeatArgument, syntax.ErrTrailingBackslash, syntax.ErrUnexpectedParen, syntax.ErrNestingDepth, syntax.ErrLarge,
}

// patternPhrase says what is wrong with a regular expression.
func patternPhrase(code syntax.ErrorCode) string {
	if slices.Contains(patternCodes, code) {
		return code.String()
	}
	return aPatternMistake
}
