namespace Dragoman.Locales;

/// <summary>What a person reads in an answer of the administration that is a problem (RFC 9457).</summary>
public static class ProblemText
{
    public static Wording InvalidTitle => new("problem.invalidTitle");

    public static Wording OneMistake(Wording mistake) => new("problem.oneMistake", ("mistake", mistake));

    public static Wording Mistakes(long count, Wording mistake) => new("problem.mistakes", ("count", count), ("mistake", mistake));

    public static Wording BodyMistake(Wording detail) => new("problem.bodyMistake", ("detail", detail));

    public static Wording NamedMistake(string name, Wording detail) => new("problem.namedMistake", ("name", name), ("detail", detail));

    public static Wording MediaTypeTitle => new("problem.mediaTypeTitle");

    public static Wording MediaType(Wording given) => new("problem.mediaType", ("given", given));

    public static Wording NoMediaType => new("problem.noMediaType");

    public static Wording ForbiddenTitle => new("problem.forbiddenTitle");

    public static Wording NotFoundTitle => new("problem.notFoundTitle");

    public static Wording NotFound(Wording what) => new("problem.notFound", ("what", what));

    public static Wording MethodTitle => new("problem.methodTitle");

    public static Wording Method(string path, string allowed, string method) => new("problem.method", ("path", path), ("allowed", allowed), ("method", method));

    public static Wording ConflictTitle => new("problem.conflictTitle");

    public static Wording ConfigurationTitle => new("problem.configurationTitle");

    /// <param name="mistake">In English, as in the log.</param>
    public static Wording ConfigurationMistake(string mistake) => new("problem.configurationMistake", ("mistake", mistake));

    /// <param name="count">How many there are.</param>
    /// <param name="first">In English, as in the log.</param>
    public static Wording ConfigurationMistakes(long count, string first) => new("problem.configurationMistakes", ("count", count), ("first", first));

    public static Wording TooLargeTitle => new("problem.tooLargeTitle");

    public static Wording TooLarge(long most) => new("problem.tooLarge", ("most", most));

    public static Wording PreconditionTitle => new("problem.preconditionTitle");

    public static Wording Precondition(string current) => new("problem.precondition", ("current", current));

    public static Wording OtherBodyTitle => new("problem.otherBodyTitle");

    public static Wording OtherBody => new("problem.otherBody");

    public static Wording StoreAwayTitle => new("problem.storeAwayTitle");

    public static Wording StoreAway => new("problem.storeAway");

    public static Wording StoreSchemaTitle => new("problem.storeSchemaTitle");

    public static Wording StoreSchema => new("problem.storeSchema");

    public static Wording UnreadableTitle => new("problem.unreadableTitle");

    public static Wording Unreadable(string kind, string id) => new("problem.unreadable", ("kind", kind), ("id", id));

    public static Wording UnauthenticatedTitle => new("problem.unauthenticatedTitle");

    public static Wording CallerForbiddenTitle => new("problem.callerForbiddenTitle");

    public static Wording TooSlowTitle => new("problem.tooSlowTitle");

    public static Wording LimitedTitle => new("problem.limitedTitle");

    public static Wording BudgetTitle => new("problem.budgetTitle");

    public static Wording OverloadedTitle => new("problem.overloadedTitle");

    public static Wording FailedTitle => new("problem.failedTitle");
}
