namespace Dragoman.Locales;

/// <summary>What a client reads about a request that the model's provider cannot serve.</summary>
public static class TargetText
{
    public static Wording NotSupported(string field, string provider) => new("target.notSupported", ("field", field), ("provider", provider));

    public static Wording NotSupportedByModel(string field) => new("target.notSupportedByModel", ("field", field));

    public static Wording OneAnswerAt(string provider) => new("target.oneAnswerAt", ("provider", provider));

    public static Wording OneAnswer => new("target.oneAnswer");

    public static Wording MostAnswers(long most) => new("target.mostAnswers", ("most", most));

    public static Wording OneStreamedAnswer => new("target.oneStreamedAnswer");

    public static Wording NoSoundWithFormat(string? format) => new("target.noSoundWithFormat", ("format", format));

    public static Wording NoSoundFromGemini => new("target.noSoundFromGemini");

    public static Wording DoesNotSpeak => new("target.doesNotSpeak");

    public static Wording NoJson => new("target.noJson");

    public static Wording FormatBesideTools => new("target.formatBesideTools");

    public static Wording FormatBesideForcedTool => new("target.formatBesideForcedTool");

    public static Wording OnePrompt(string provider) => new("target.onePrompt", ("provider", provider));

    public static Wording OnePromptForChat => new("target.onePromptForChat");

    public static Wording NoSuffixForChat => new("target.noSuffixForChat");

    public static Wording NoEmbeddings(string model, string provider) => new("target.noEmbeddings", ("model", model), ("provider", provider));

    public static Wording OnlyEmptyText => new("target.onlyEmptyText");

    public static Wording EndsWithAssistant(string model) => new("target.endsWithAssistant", ("model", model));

    public static Wording OnlyTextInstructions => new("target.onlyTextInstructions");

    public static Wording NoSound => new("target.noSound");

    public static Wording CannotBeSentTo(string part, string provider) => new("target.cannotBeSentTo", ("part", part), ("provider", provider));

    public static Wording CannotBeSent(string part) => new("target.cannotBeSent", ("part", part));

    public static Wording PictureType(string type, string allowed) => new("target.pictureType", ("type", type), ("allowed", allowed));

    public static Wording DocumentType(string type) => new("target.documentType", ("type", type));

    public static Wording ArgumentsNotObject(string id) => new("target.argumentsNotObject", ("id", id));

    public static Wording CallWithoutResult(string id) => new("target.callWithoutResult", ("id", id));

    public static Wording OnlyBytes => new("target.onlyBytes");
}
