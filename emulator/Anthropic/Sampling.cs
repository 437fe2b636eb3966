using Dragoman.Emulator.Api;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Anthropic;

/// <summary>Sampling parameters, which API version 2026-10-21 no longer has (<c>specs/dialects.md 1.3</c>).</summary>
internal sealed record Sampling(double? Temperature, double? TopP, int? TopK)
{
    public static Sampling Read(FieldReader body, bool isNewVersion) =>
        isNewVersion ? new(null, null, null) : new(body.Number("temperature", 0, 1), body.Number("top_p", 0, 1), body.Integer("top_k", 0));

    /// <exception cref="ApiException">400: the model rejects a parameter.</exception>
    public void Check(AnthropicModel model, bool thinks)
    {
        if (model.RefusesSampling)
        {
            if (Temperature is not (null or 1))
                throw Refused("`temperature` may only be set to 1 for this model.");
            if (TopP < 0.99)
                throw Refused("`top_p` must be greater than or equal to 0.99 or unset for this model.");
            if (TopK is not null)
                throw Refused("`top_k` must be unset for this model.");
        }
        else if (model.RefusesBothSamplings && Temperature is not null && TopP is not null)
        {
            throw Refused("`temperature` and `top_p` cannot both be specified for this model. Please use only one.");
        }

        if (!thinks)
            return;
        if (Temperature is not (null or 1))
            throw Refused("`temperature` may only be set to 1 when thinking is enabled.");
        if (TopP < 0.95)
            throw Refused("`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.");
        if (TopK is not null)
            throw Refused("`top_k` must be unset when thinking is enabled.");
    }

    private static ApiException Refused(string message) => new(AnthropicError.Invalid(message));
}
