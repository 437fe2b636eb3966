namespace Dragoman.Micro.Requests;

internal enum RequestSize
{
    /// <summary>A system message and a question.</summary>
    Small,

    /// <summary>Twenty turns with calls and results, and eight tools.</summary>
    Long,

    /// <summary>A question about a picture of 1 MB.</summary>
    Picture,
}
