using Dragoman.Emulator.Api;
using Dragoman.Emulator.OpenAI;

namespace Dragoman.Emulator.Azure;

/// <summary>Azure OpenAI: the v1 endpoint, and deployments with an <c>api-version</c> (<c>specs/dialects.md 1.2</c>).</summary>
internal sealed class AzureApi(TimeProvider time) : IDialect
{
    private const string V1 = "/v1";
    private const string Deployments = "/deployments/";

    private static readonly AzureVariant Variant = new();

    private static readonly string[] DeploymentPaths = ["/chat/completions", "/completions", "/embeddings"];

    private readonly OpenAIApi openAI = new(Variant, time);

    public void SetHeaders(HttpContext context) => Variant.SetHeaders(context);

    public ApiError ErrorOf(Refusal refusal) => Variant.ErrorOf(refusal);

    public Task HandleAsync(ApiCall call, string path)
    {
        if (path.StartsWith(V1 + "/", StringComparison.Ordinal))
            return openAI.HandleAsync(call, path[V1.Length..]);
        if (!call.Context.Request.Query.ContainsKey("api-version"))
            throw new ApiException(AzureError.NotFound);
        if (path == "/responses" || path.StartsWith("/responses/", StringComparison.Ordinal) || path == "/models")
            return openAI.HandleAsync(call, path);
        if (!path.StartsWith(Deployments, StringComparison.Ordinal))
            throw new ApiException(AzureError.NotFound);
        var rest = path[Deployments.Length..];
        var slash = rest.IndexOf('/');
        if (slash <= 0 || !DeploymentPaths.Contains(rest[slash..]))
            throw new ApiException(AzureError.NotFound);
        call.Context.Response.Headers["x-ms-deployment-name"] = rest[..slash];
        return openAI.HandleAsync(call, rest[slash..], rest[..slash]);
    }
}
