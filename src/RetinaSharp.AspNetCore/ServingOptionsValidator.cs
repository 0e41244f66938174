using Microsoft.Extensions.Options;

namespace RetinaSharp.AspNetCore;

/// <summary>Validates <see cref="ServingOptions"/> when the host starts.</summary>
internal sealed class ServingOptionsValidator : IValidateOptions<ServingOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ServingOptions options)
    {
        try
        {
            options.Validate();
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException error)
        {
            return ValidateOptionsResult.Fail(error.Message);
        }
    }
}
