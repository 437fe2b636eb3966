namespace Dragoman.Locales;

/// <summary>
/// Texts that an API's clients compare or that its users know word for word, and which are therefore in English for everybody. They are
/// those of the API's original (docs/developers/specs).
/// </summary>
public static class FixedText
{
    public static Wording ModelRequired => Wording.Verbatim("model is required");

    public static Wording InvalidModelName => Wording.Verbatim("invalid model name");

    public static Wording PullWithoutModel => Wording.Verbatim("pull model manifest: file does not exist");

    public static Wording NothingToCreateFrom => Wording.Verbatim("neither 'from' or 'files' was specified");

    public static Wording InvalidDigest => Wording.Verbatim("invalid digest format");

    public static Wording InvalidInputType => Wording.Verbatim("invalid input type");

    public static Wording InvalidInput => Wording.Verbatim("invalid input");

    public static Wording InputTooLong => Wording.Verbatim("the input length exceeds the context length");

    public static Wording EmptyBody => Wording.Verbatim("missing request body");

    public static Wording RawMode => Wording.Verbatim("raw mode does not support template, system, or context");

    public static Wording TopLogprobs => Wording.Verbatim("top_logprobs must be between 0 and 20");

    public static Wording NoMessages => Wording.Verbatim("[] is too short - 'messages'");

    public static Wording NoAnthropicMessages => Wording.Verbatim("messages: at least one message is required");

    public static Wording Unauthorized => Wording.Verbatim("unauthorized");

    public static Wording NotSignedIn => Wording.Verbatim("you are not currently signed in");

    public static Wording ModelNotFound(string name) => Wording.Verbatim($"model '{name}' not found");

    public static Wording ModelToEmbedNotFound(string name) => Wording.Verbatim($"model \"{name}\" not found, try pulling it first");

    public static Wording ModelToCopyNotFound(string name) => Wording.Verbatim($"model \"{name}\" not found");

    public static Wording InvalidName(string name) => Wording.Verbatim($"name \"{name}\" is invalid");

    public static Wording InvalidSource(string name) => Wording.Verbatim($"source \"{name}\" is invalid");

    public static Wording InvalidDestination(string name) => Wording.Verbatim($"destination \"{name}\" is invalid");

    public static Wording NotSupportedBy(string model, string capability) => Wording.Verbatim($"\"{model}\" does not support {capability}");

    public static Wording NotSupportedByBare(string model, string capability) => Wording.Verbatim($"{model} does not support {capability}");

    public static Wording WrongOption(string name, string type) => Wording.Verbatim($"option \"{name}\" must be of {type}");

    public static Wording InvalidFormat(string json) => Wording.Verbatim($"invalid format: {json}; expected \"json\" or a valid JSON Schema object");

    public static Wording InvalidThinkValue(string json) =>
        Wording.Verbatim($"invalid think value: {json} (must be \"high\", \"medium\", \"low\", \"max\", true, or false)");

    public static Wording CloudDisabled(string feature) => Wording.Verbatim($"ollama cloud is disabled: {feature} is unavailable");

    public static Wording ExtraInput(string field) => Wording.Verbatim($"{field}: Extra inputs are not permitted");

    public static Wording PreviousResponseNotFound(string id) =>
        Wording.Verbatim($"Previous response with id '{id}' not found: this gateway keeps no responses. Send the earlier items in input instead.");

    public static Wording ResponseNotFound(string id) => Wording.Verbatim($"Response with id '{id}' not found: this gateway keeps no responses.");
}
