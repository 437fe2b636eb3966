using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.Ollama;
using Dragoman.Dialects.OpenAIResponses;

namespace Dragoman.Gateway.Tests.Dialects;

internal static class ClientFamilies
{
    /// <summary>The request with the marks that the inbound dialect of a family sets.</summary>
    public static ChatRequest From(this ChatRequest request, string family) => request with
    {
        Family = family,
        Client = family switch
        {
            OpenAIFamily.Name => OpenAIFamily.Client,
            ResponsesFamily.Name => ResponsesFamily.Client,
            OllamaRequest.Family => OllamaRequest.Client,
            _ => ClientTraits.Default,
        },
    };
}
