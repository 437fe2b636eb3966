namespace Dragoman.Emulator.Errors;

/// <summary>Ends the handling of a request with <paramref name="error"/> as its answer.</summary>
internal sealed class MistralException(MistralError error) : Exception(error.Message)
{
    public MistralError Error => error;
}
