using Dragoman.Conversation;

namespace Dragoman.Dialects.Answers;

/// <summary>Turns the data of a failure, JSON or not, that comes inside a good answer into a canonical error.</summary>
public delegate GatewayError FailureReader(ReadOnlySpan<byte> json);
