namespace Dragoman.Locales;

/// <summary>What a client reads about a JSON Schema that cannot be used, or about an answer that does not match it.</summary>
public static class SchemaText
{
    public static Wording Refused(string field, Wording problem) => new("schema.refused", ("field", field), ("problem", problem));

    public static Wording RefusedAt(string field, Wording problem, string place) =>
        new("schema.refusedAt", ("field", field), ("problem", problem), ("place", place));

    public static Wording TooDeepJson(string field, long most) => new("schema.tooDeepJson", ("field", field), ("most", most));

    public static Wording TooDeep(long most) => new("schema.tooDeep", ("most", most));

    public static Wording TooMany(long most) => new("schema.tooMany", ("most", most));

    public static Wording NoSchema(Wording kind) => new("schema.noSchema", ("kind", kind));

    public static Wording TooManyTypes(long most) => new("schema.tooManyTypes", ("most", most));

    public static Wording NoListOfSchemas(string keyword) => new("schema.noListOfSchemas", ("keyword", keyword));

    public static Wording NoObjectOfSchemas(string keyword, Wording kind) => new("schema.noObjectOfSchemas", ("keyword", keyword), ("kind", kind));

    public static Wording ReferenceNoString(Wording kind) => new("schema.referenceNoString", ("kind", kind));

    public static Wording ReferenceOutside(string text) => new("schema.referenceOutside", ("text", text));

    public static Wording ReferenceToNothing(string text) => new("schema.referenceToNothing", ("text", text));

    public static Wording ReferenceToItself => new("schema.referenceToItself");

    public static Wording ReferenceWithoutEnd => new("schema.referenceWithoutEnd");

    public static Wording TooLongChain(long most) => new("schema.tooLongChain", ("most", most));

    public static Wording RootNoObject => new("schema.rootNoObject");

    public static Wording GrowsTooLarge(long schemas, long levels, long mebibytes) =>
        new("schema.growsTooLarge", ("schemas", schemas), ("levels", levels), ("mebibytes", mebibytes));

    public static Wording TheAnswer => new("schema.theAnswer");

    public static Wording Mismatch(Wording place, Wording problem) => new("schema.mismatch", ("place", place), ("problem", problem));

    public static Wording AnswerWithoutText => new("schema.answerWithoutText");

    public static Wording AnswerNotJson => new("schema.answerNotJson");

    public static Wording NotAllowed => new("schema.notAllowed");

    public static Wording WrongType(string types, Wording kind) => new("schema.wrongType", ("types", types), ("kind", kind));

    public static Wording NotConst => new("schema.notConst");

    public static Wording NotInEnum => new("schema.notInEnum");

    public static Wording NoneOfAny => new("schema.noneOfAny");

    public static Wording NotExactlyOne(long count) => new("schema.notExactlyOne", ("count", count));

    public static Wording MatchesNot => new("schema.matchesNot");

    public static Wording Lacks(string name) => new("schema.lacks", ("name", name));

    public static Wording WrongName => new("schema.wrongName");

    public static Wording LacksTogether(string name) => new("schema.lacksTogether", ("name", name));

    public static Wording WrongContains(long count) => new("schema.wrongContains", ("count", count));

    public static Wording Duplicates => new("schema.duplicates");

    public static Wording WrongPattern(string pattern) => new("schema.wrongPattern", ("pattern", pattern));

    public static Wording WrongFormat(string format) => new("schema.wrongFormat", ("format", format));

    public static Wording WrongNumber(string keyword, string limit) => new("schema.wrongNumber", ("keyword", keyword), ("limit", limit));

    public static Wording TooFew(long size, string of, double least) => new("schema.tooFew", ("size", size), ("of", of), ("least", least));

    public static Wording TooMuch(long size, string of, double most) => new("schema.tooMuch", ("size", size), ("of", of), ("most", most));
}
