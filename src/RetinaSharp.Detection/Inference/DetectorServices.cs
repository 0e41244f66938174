using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RetinaSharp.Inference;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Inference;

/// <summary>Registers detectors with Microsoft.Extensions.DependencyInjection.</summary>
public static class DetectorServices
{
    /// <summary>
    /// Registers an <see cref="IObjectDetector"/>, which is loaded when it is first used, shared by all callers, and disposed with the services.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <returns>A builder that sets the options, for example by <c>BindConfiguration("Detector")</c> or <c>Configure(options => ...)</c>.</returns>
    /// <exception cref="OptionsValidationException">On first use: no model is set.</exception>
    public static OptionsBuilder<DetectorServiceOptions> AddRetinaSharp(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<IObjectDetector>(provider => Load(provider, Options.DefaultName));
        return Validated(services.AddOptions<DetectorServiceOptions>());
    }

    /// <summary>Registers an <see cref="IObjectDetector"/> under a key, for applications with several models.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">Key of the detector, and name of its options.</param>
    /// <inheritdoc cref="AddRetinaSharp(IServiceCollection)" path="/returns|/exception"/>
    public static OptionsBuilder<DetectorServiceOptions> AddObjectDetector(this IServiceCollection services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        services.TryAddKeyedSingleton<IObjectDetector>(name, (provider, _) => Load(provider, name));
        return Validated(services.AddOptions<DetectorServiceOptions>(name));
    }

    private static OptionsBuilder<DetectorServiceOptions> Validated(OptionsBuilder<DetectorServiceOptions> builder) =>
        builder.Validate(options => options.Model.Length > 0, $"{nameof(DetectorServiceOptions.Model)} is not set: it names a run folder or a .safetensors file.");

    private static Detector Load(IServiceProvider provider, string name)
    {
        var options = provider.GetRequiredService<IOptionsMonitor<DetectorServiceOptions>>().Get(name);
        return Detector.Load(options.Model, options.Device is null ? options.Detector : options.Detector with { Device = device(options.Device) });
    }
}
