using System.Text.Json;
using Dragoman.Emulator.Api;

namespace Dragoman.Emulator.OpenAI;

/// <summary>How a server that uses OpenAI's dialect differs from the others. This class is OpenAI itself.</summary>
internal class OpenAIVariant
{
    /// <summary>Whether the server ignores unknown members and the rules that only OpenAI's own models have.</summary>
    public virtual bool IsTolerant => false;

    /// <summary>Whether reasoning is shown, as <c>reasoning_content</c>.</summary>
    public virtual bool ShowsReasoning => false;

    /// <summary>Whether a first chunk without choices reports what the filter found in the prompt.</summary>
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

    /// <exception cref="ApiException">401: the key is missing or wrong.</exception>
    public virtual void Authorize(HttpRequest request)
    {
        switch (ApiKey.Bearer(request))
        {
            case "":
                throw new ApiException(OpenAIError.NoKey);
            case var key when ApiKey.IsWrong(request, key):
                throw new ApiException(OpenAIError.WrongKey);
        }
    }

    /// <exception cref="ApiException">404: there is no such model.</exception>
    public virtual OpenAIModel ModelOf(string name) => OpenAIModels.Find(name) ?? throw new ApiException(OpenAIError.ModelNotFound(name));

    public virtual ApiError ErrorOf(Refusal refusal) => OpenAIError.Of(refusal);

    /// <summary>Writes additional members of a choice.</summary>
    /// <param name="json">A writer inside the choice.</param>
    /// <param name="hasText">Whether the choice has text that the filter has checked.</param>
    public virtual void WriteChoice(Utf8JsonWriter json, bool hasText)
    {
    }

    /// <summary>Writes additional members of a whole answer or of the first chunk.</summary>
    public virtual void WritePrompt(Utf8JsonWriter json)
    {
    }
}
