using Dragoman.Conversation;

namespace Dragoman.Telemetry;

/// <summary>
/// Names and values of OpenTelemetry's semantic conventions for generative AI, in the version of gen-ai/1.42 (Development:
/// https://github.com/open-telemetry/semantic-conventions-genai), and of those for HTTP and errors, which are stable.
/// </summary>
internal static class GenAI
{
    public const string Operation = "gen_ai.operation.name";
    public const string ProviderName = "gen_ai.provider.name";
    public const string RequestModel = "gen_ai.request.model";
    public const string RequestStream = "gen_ai.request.stream";
    public const string ResponseId = "gen_ai.response.id";
    public const string FinishReasons = "gen_ai.response.finish_reasons";
    public const string TokenType = "gen_ai.token.type";
    public const string InputTokens = "gen_ai.usage.input_tokens";
    public const string OutputTokens = "gen_ai.usage.output_tokens";
    public const string CacheReadTokens = "gen_ai.usage.cache_read.input_tokens";
    public const string CacheWriteTokens = "gen_ai.usage.cache_creation.input_tokens";
    public const string ReasoningTokens = "gen_ai.usage.reasoning.output_tokens";
    public const string ServerAddress = "server.address";
    public const string ServerPort = "server.port";
    public const string ErrorType = "error.type";

    /// <summary>The operator's name of a provider, which tells two of one kind apart.</summary>
    public const string Provider = "dragoman.provider";

    /// <summary>Stands for a value that would make too many series.</summary>
    public const string Other = "_OTHER";

    /// <summary>The convention's name of a provider with one of the configuration's dialects.</summary>
    public static string NameOf(string dialect) => dialect switch
    {
        "azure-openai" => "azure.ai.openai",
        "gemini" => "gcp.gemini",
        "mistral" => "mistral_ai",
        _ => dialect,
    };

    /// <summary>Why an answer ended, in the words of the convention's examples.</summary>
    public static string NameOf(StopReason reason) => reason switch
    {
        StopReason.Length or StopReason.ContextWindow => "length",
        StopReason.ToolCalls => "tool_calls",
        StopReason.ContentFilter => "content_filter",
        _ => "stop",
    };

    /// <summary>A failure as a word of few: never a text, and never what a provider calls it.</summary>
    public static string NameOf(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidRequest => "invalid_request",
        ErrorKind.ContextTooLong => "context_too_long",
        ErrorKind.ContentBlocked => "content_blocked",
        ErrorKind.Unauthenticated => "unauthenticated",
        ErrorKind.Forbidden => "forbidden",
        ErrorKind.ModelNotFound => "model_not_found",
        ErrorKind.NotFound => "not_found",
        ErrorKind.MethodNotAllowed => "method_not_allowed",
        ErrorKind.TooLarge => "too_large",
        ErrorKind.RateLimited => "rate_limited",
        ErrorKind.QuotaExceeded => "quota_exceeded",
        ErrorKind.NotImplemented => "not_implemented",
        ErrorKind.UpstreamRefusedKey => "upstream_refused_key",
        ErrorKind.UpstreamFailed => "upstream_failed",
        ErrorKind.Overloaded => "overloaded",
        ErrorKind.Timeout => "timeout",
        ErrorKind.RequestTimeout => "request_timeout",
        ErrorKind.BudgetExceeded => "budget_exceeded",
        _ => "internal",
    };
}
