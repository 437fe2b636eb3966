using Dragoman.Conversation;

namespace Dragoman.Dialects.Answers;

/// <summary>Reads a failure inside an answer that began well, as JSON or not, as a canonical error.</summary>
public delegate GatewayError FailureReader(ReadOnlySpan<byte> json);
