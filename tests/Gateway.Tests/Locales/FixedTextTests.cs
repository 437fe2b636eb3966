using System.Reflection;
using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Locales;

public sealed class FixedTextTests
{
    private const string Ollama = "Ollama's own text: its clients and people search for it (specs/ollama.md 0.7, 1, 2)";
    private const string OpenAI = "OpenAI's own text, by which clients recognize the case";
    private const string Anthropic = "Anthropic's own text, by which clients recognize the case";

    /// <summary>The texts that no language may change, and why.</summary>
    private static readonly Dictionary<string, (string Text, string Because)> Known = new()
    {
        ["ModelRequired"] = ("model is required", Ollama),
        ["InvalidModelName"] = ("invalid model name", Ollama),
        ["PullWithoutModel"] = ("pull model manifest: file does not exist", Ollama),
        ["NothingToCreateFrom"] = ("neither 'from' or 'files' was specified", Ollama),
        ["InvalidDigest"] = ("invalid digest format", Ollama),
        ["InvalidInputType"] = ("invalid input type", Ollama),
        ["InvalidInput"] = ("invalid input", Ollama),
        ["InputTooLong"] = ("the input length exceeds the context length", Ollama),
        ["EmptyBody"] = ("missing request body", Ollama),
        ["RawMode"] = ("raw mode does not support template, system, or context", Ollama),
        ["TopLogprobs"] = ("top_logprobs must be between 0 and 20", Ollama),
        ["NoMessages"] = ("[] is too short - 'messages'", OpenAI),
        ["NoAnthropicMessages"] = ("messages: at least one message is required", Anthropic),
        ["Unauthorized"] = ("unauthorized", Ollama),
        ["NotSignedIn"] = ("you are not currently signed in", Ollama),
        ["ModelNotFound"] = ("model '1' not found", Ollama),
        ["ModelToEmbedNotFound"] = ("model \"1\" not found, try pulling it first", Ollama),
        ["ModelToCopyNotFound"] = ("model \"1\" not found", Ollama),
        ["InvalidName"] = ("name \"1\" is invalid", Ollama),
        ["InvalidSource"] = ("source \"1\" is invalid", Ollama),
        ["InvalidDestination"] = ("destination \"1\" is invalid", Ollama),
        ["NotSupportedBy"] = ("\"1\" does not support 2", Ollama),
        ["NotSupportedByBare"] = ("1 does not support 2", Ollama),
        ["WrongOption"] = ("option \"1\" must be of 2", Ollama),
        ["InvalidFormat"] = ("invalid format: 1; expected \"json\" or a valid JSON Schema object", Ollama),
        ["InvalidThinkValue"] = ("invalid think value: 1 (must be \"high\", \"medium\", \"low\", \"max\", true, or false)", Ollama),
        ["CloudDisabled"] = ("ollama cloud is disabled: 1 is unavailable", Ollama),
        ["ExtraInput"] = ("1: Extra inputs are not permitted", Anthropic),
        ["PreviousResponseNotFound"] = ("Previous response with id '1' not found: this gateway keeps no responses. Send the earlier items in input instead.", OpenAI),
        ["ResponseNotFound"] = ("Response with id '1' not found: this gateway keeps no responses.", OpenAI),
    };

    [Fact]
    public void They_are_in_English_for_everybody()
    {
        var fixedTexts = typeof(FixedText).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(static method => method.ReturnType == typeof(Wording)).ToList();
        Assert.Equal(Known.Keys.Order(StringComparer.Ordinal), fixedTexts.Select(NameOf).Order(StringComparer.Ordinal));
        Assert.All(fixedTexts, method =>
        {
            var wording = (Wording)method.Invoke(null, [.. method.GetParameters().Select(static parameter => (object)$"{parameter.Position + 1}")])!;
            Assert.False(wording.IsTranslated);
            Assert.Equal(Known[NameOf(method)].Text, wording.In(Locale.All["de"]));
        });
    }

    private static string NameOf(MethodInfo method) => method.IsSpecialName ? method.Name["get_".Length..] : method.Name;
}
