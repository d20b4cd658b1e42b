// Package xpath reads, evaluates and analyses the expressions of XLSForm: what
// stands in the columns relevant, constraint, required, calculation,
// choice_filter, repeat_count and default of a questionnaire. The language is
// the subset of XPath 1.0 with the functions of OpenRosa that the ODK
// documentation describes (docs.getodk.org/form-operators-functions).
//
// The package is pure: it has no clock, no random source, no store and no
// network of its own, and knows nothing of forms. What an expression needs from
// the outside it asks of an [Env], which whoever fills the form in implements.
//
// # An expression
//
// An expression is parsed once and evaluated often, at the same time by several
// goroutines if need be:
//
//	e, err := xpath.Parse("${age} >= 18 and selected(${why}, 'work')")
//	asked, err := e.Boolean(env)
//
// [Parse] answers a mistake with an [*Error]: its place in bytes and in
// characters, a [Code] and arguments for whoever says it in another language.
// Unknown functions are no mistake of syntax (an expression may never reach
// them); [Expr.Check] names them, and everything else that can only fail:
// functions that mean nothing in chat, a wrong number of arguments, regular
// expressions that cannot be read.
//
// # The tree
//
// [Expr.Root] gives the tree for the linter. There are six kinds of [Node]:
// [*Text], [*Number], [*Path], [*Call], [*Negation] and [*Operation]. Every one
// knows the [Span] of source it was read from. [Walk] visits them, [Expr.Questions] lists the questions named, and [Compared]
// recognises a question that is compared with a text, which is how the linter
// finds choices that do not exist.
//
// Everything that names something is a [Path]:
//
//	${q}                               From: Question, Name: "q"
//	${last-saved#q}                    From: LastSaved, Name: "q"; Check refuses it
//	.                                  From: Here
//	..  ../..  ../q  ../../group/q     From: Here, Up: 1, 2, 1, 2, Steps: those after
//	current()/../q                     From: Current, Up: 1, Steps: q
//	/data/group/q                      From: Root, Steps: data, group, q
//	q                                  From: Here, Steps: q; a column in a choice_filter
//	instance('l')/root/item[a = b]/q   From: List, Name: "l", Steps: root, item[a = b], q
//	${repeat}[q > 5]/q                 From: Question, Name: "repeat", Steps: …
//
// # Values
//
// A [Value] is a text, a number, a boolean, a date or a list of texts (the
// answers of all instances of a repeat, a column of a list). An unanswered
// question is the empty text. What one kind is as another follows XPath 1.0 and,
// for dates, JavaRosa, the engine of ODK Collect: a date is the number of days
// since 1 January 1970, a text that looks like a date can be calculated with,
// the empty text is no number (NaN), every comparison with NaN is false but !=,
// and every text but the empty one is true, 'false' too.
//
// # Proofs
//
// [Satisfy] says whether some answers make several conditions true together,
// where it can know: over choices, whole numbers, decimals and texts that are
// compared with constants. That is how the linter proves that a question is
// never reached or that no answer satisfies a constraint.
//
// # What it does not do
//
// Straight quotation marks are expected: whoever reads the workbook turns the
// typographic ones of Excel into them first. Paths lead to questions by their
// last name, as XLSForm wants names to be unique; attributes, axes, "//" and
// wildcards are refused by Parse. A union (|) is read, since the documentation of
// ODK names it, and refused by Check and at evaluation, as JavaRosa does.
//
// # To add a function
//
// A line in the table of functions.go gives its name, the number of its
// arguments, the kind of its result and the Go function that computes it; the
// file with its neighbours holds that Go function.
package xpath
