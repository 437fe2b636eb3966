using System.Text.Json;
using Dragoman.Emulator.Api;

namespace Dragoman.Emulator.OpenAI;

/// <summary>In what a server that speaks OpenAI's dialect differs from the others. This is OpenAI itself.</summary>
internal class OpenAIVariant
{
    /// <summary>Unknown members are passed over, and so are rules that only OpenAI's own models have.</summary>
    public virtual bool IsTolerant => false;

    /// <summary>Reasoning is shown, as <c>reasoning_content</c>.</summary>
    public virtual bool ShowsReasoning => false;

    /// <summary>A first chunk without choices tells what the filter found in the prompt.</summary>
    public virtual bool FiltersContent => false;

    public virtual void SetHeaders(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers["openai-version"] = "2020-10-01";
        headers["openai-organization"] = "emulator";
        headers["openai-processing-ms"] = "1";
        headers["x-ratelimit-limit-requests"] = "10000";
        headers["x-ratelimit-remaining-requests"] = "10000";
        headers["x-ratelimit-reset-requests"] = "6ms";
        headers["x-ratelimit-limit-tokens"] = "2000000";
        headers["x-ratelimit-remaining-tokens"] = "2000000";
        headers["x-ratelimit-reset-tokens"] = "6ms";
    }

    /// <exception cref="ApiException">401.</exception>
    public virtual void Authorize(HttpRequest request)
    {
        switch (ApiKey.Bearer(request))
        {
            case "":
                throw new ApiException(OpenAIError.NoKey);
            case ApiKey.Wrong:
                throw new ApiException(OpenAIError.WrongKey);
        }
    }

    /// <exception cref="ApiException">404.</exception>
    public virtual OpenAIModel ModelOf(string name) => OpenAIModels.Find(name) ?? throw new ApiException(OpenAIError.ModelNotFound(name));

    public virtual ApiError ErrorOf(Refusal refusal) => OpenAIError.Of(refusal);

    /// <summary>Members of a choice beside OpenAI's own.</summary>
    /// <param name="json">Inside the choice.</param>
    /// <param name="hasText">Whether the choice carries something that was judged.</param>
    public virtual void WriteChoice(Utf8JsonWriter json, bool hasText)
    {
    }

    /// <summary>Members of a whole answer, or of the first chunk, beside OpenAI's own.</summary>
    public virtual void WritePrompt(Utf8JsonWriter json)
    {
    }
}
