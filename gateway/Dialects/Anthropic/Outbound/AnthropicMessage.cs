using Dragoman.Conversation;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>One message as Anthropic requires it: roles alternate, and tool results come first (P-50).</summary>
internal sealed record AnthropicMessage(Role Role, List<Part> Parts);
