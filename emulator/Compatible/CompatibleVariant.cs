using Dragoman.Emulator.Api;
using Dragoman.Emulator.OpenAI;

namespace Dragoman.Emulator.Compatible;

/// <summary>
/// A generic compatible server, as LM Studio and vLLM are (<c>specs/dialects.md 1.6</c>): it wants no key, passes over what it
/// does not know, serves any model's name, and shows its reasoning as <c>reasoning_content</c>.
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
        if (ApiKey.Bearer(request) == ApiKey.Wrong)
            throw new ApiException(new OpenAIError(401, "Unauthorized") { Type = "authentication_error" });
    }

    /// <summary>Local models that reason do so unless they are told not to.</summary>
    public override OpenAIModel ModelOf(string name)
    {
        var model = OpenAIModels.Find(name) is { } known ? known with { Snapshot = name } : new OpenAIModel(name, name);
        return name.Contains("reason", StringComparison.OrdinalIgnoreCase) ? model with { IsReasoning = true } : model;
    }
}
