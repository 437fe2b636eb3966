using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using OpenAI;

namespace Dragoman.Functional.Tests.Sdks;

/// <summary>The parts that OpenAI's clients have in common.</summary>
internal static class OpenAISdk
{
    public static string Version { get; } = typeof(OpenAIClient).Assembly.GetName().Version!.ToString(3);

    public static ApiKeyCredential Key { get; } = new("any");

    // The tests check errors as the provider sends them, so the client does not retry.
    public static ClientRetryPolicy OneTry { get; } = new(maxRetries: 0);

    public static OpenAIClientOptions Options(Uri door) => new() { Endpoint = new Uri(door, "v1"), RetryPolicy = OneTry };

    public static async Task<T> Understand<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (ClientResultException failure)
        {
            string? requestId = null;
            failure.GetRawResponse()?.Headers.TryGetValue("x-request-id", out requestId);
            throw new SdkRefusal(failure.Status == 0 ? null : failure.Status, requestId, failure.Message, failure);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or JsonException)
        {
            throw new SdkRefusal(null, null, failure.Message, failure);
        }
    }

    public static JsonElement Parse(BinaryData arguments) => JsonElement.Parse(arguments.ToMemory().Span);
}
