namespace Dragoman.Locales;

/// <summary>What a client reads when a provider does not answer as it should.</summary>
public static class ProviderText
{
    public static Wording TookTooLong(Wording what) => new("provider.tookTooLong", ("what", what));

    public static Wording WholeAnswer => new("provider.wholeAnswer");

    public static Wording FirstEvent => new("provider.firstEvent");

    public static Wording Silence => new("provider.silence");

    public static Wording NotAccepted(string name) => new("provider.notAccepted", ("name", name));

    public static Wording Unresolved(string name) => new("provider.unresolved", ("name", name));

    public static Wording NotSecure(string name) => new("provider.notSecure", ("name", name));

    public static Wording Unreachable(string name) => new("provider.unreachable", ("name", name));

    public static Wording ConnectionFailed(string name) => new("provider.connectionFailed", ("name", name));

    public static Wording Redirects(string name) => new("provider.redirects", ("name", name));

    public static Wording KeyNotAllowed(string name) => new("provider.keyNotAllowed", ("name", name));

    public static Wording KeyNotAvailable(string name) => new("provider.keyNotAvailable", ("name", name));

    public static Wording RefusedKeyOf(string name) => new("provider.refusedKeyOf", ("name", name));

    public static Wording RefusedKey => new("provider.refusedKey");

    public static Wording FailedSilently => new("provider.failedSilently");

    public static Wording AnsweredStatus(long status) => new("provider.answeredStatus", ("status", status));

    public static Wording ListUnreachable(string provider, string name) => new("provider.listUnreachable", ("provider", provider), ("name", name));

    public static Wording ListNotJson => new("provider.listNotJson");

    public static Wording NoList => new("provider.noList");

    public static Wording NoCount => new("provider.noCount");

    public static Wording NoEmbeddings => new("provider.noEmbeddings");

    public static Wording WrongNumberOfVectors(long vectors, long texts) => new("provider.wrongNumberOfVectors", ("vectors", vectors), ("texts", texts));

    public static Wording Truncated => new("provider.truncated");

    public static Wording BrokeOff => new("provider.brokeOff");

    public static Wording ConnectionBroke => new("provider.connectionBroke");

    public static Wording Unreadable(string reason) => new("provider.unreadable", ("reason", reason));

    public static Wording TooLarge(long most) => new("provider.tooLarge", ("most", most));

    public static Wording CallWithoutName => new("provider.callWithoutName");

    public static Wording EventNotJson => new("provider.eventNotJson");

    public static Wording BodyNotJson => new("provider.bodyNotJson");

    public static Wording Restarted => new("provider.restarted");

    public static Wording StoppedWithError => new("provider.stoppedWithError");

    public static Wording ArgumentsInPieces => new("provider.argumentsInPieces");

    public static Wording Withheld => new("provider.withheld");

    public static Wording EndedSilently => new("provider.endedSilently");

    public static Wording CallUnreadable => new("provider.callUnreadable");

    public static Wording AnswerUnreadable => new("provider.answerUnreadable");

    public static Wording UnknownToolCalled => new("provider.unknownToolCalled");

    public static Wording TooManyCalls => new("provider.tooManyCalls");

    public static Wording NoPicture => new("provider.noPicture");

    public static Wording CannotCarry(string type) => new("provider.cannotCarry", ("type", type));

    public static Wording ArgumentsNotObject(string name) => new("provider.argumentsNotObject", ("name", name));

    public static Wording MismatchedAnswer(Wording mismatch) => new("provider.mismatchedAnswer", ("mismatch", mismatch));

    public static Wording LMStudioTooSlow(string model) => new("provider.lMStudioTooSlow", ("model", model));

    public static Wording NoDeployment(string? model) => new("provider.noDeployment", ("model", model));

    public static Wording NoGoogleModel(string model) => new("provider.noGoogleModel", ("model", model));

    public static Wording NameDoesNotFit => new("provider.nameDoesNotFit");

    public static Wording EntraNoCredential => new("provider.entraNoCredential");

    public static Wording EntraTooSlow => new("provider.entraTooSlow");

    public static Wording EntraUnreachable => new("provider.entraUnreachable");

    public static Wording EntraNoToken => new("provider.entraNoToken");
}
