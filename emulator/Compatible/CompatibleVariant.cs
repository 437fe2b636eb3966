using Dragoman.Emulator.Api;
using Dragoman.Emulator.OpenAI;

namespace Dragoman.Emulator.Compatible;

/// <summary>
/// A generic compatible server, like LM Studio and vLLM (<c>specs/dialects.md 1.6</c>): it needs no key, ignores unknown
/// members, accepts any model's name, and shows its reasoning as <c>reasoning_content</c>.
/// </summary>
internal sealed class CompatibleVariant : OpenAIVariant
{
    public override bool IsTolerant => true;

    public override bool ShowsReasoning => true;

    public override void SetHeaders(HttpContext context)
    {
    }

    public override void Authorize(HttpRequest request)
    {
        if (ApiKey.IsWrong(request, ApiKey.Bearer(request)))
            throw new ApiException(new OpenAIError(401, "Unauthorized") { Type = "authentication_error" });
    }

    /// <summary>Local reasoning models reason unless reasoning is turned off.</summary>
    public override OpenAIModel ModelOf(string name)
    {
        var model = OpenAIModels.Find(name) is { } known ? known with { Snapshot = name } : new OpenAIModel(name, name);
        return name.Contains("reason", StringComparison.OrdinalIgnoreCase) ? model with { IsReasoning = true } : model;
    }
}
