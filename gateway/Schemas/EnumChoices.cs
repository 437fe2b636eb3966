namespace Dragoman.Schemas;

/// <summary>Which values an <c>enum</c> may list.</summary>
internal enum EnumChoices
{
    Any,
    Primitives,
    Strings,
}
