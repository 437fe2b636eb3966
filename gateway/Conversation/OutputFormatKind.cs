namespace Dragoman.Conversation;

public enum OutputFormatKind
{
    Text,
    JsonObject,
    JsonSchema,
}
