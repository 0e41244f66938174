using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RetinaSharp.AspNetCore.Diagnostics;

namespace RetinaSharp.AspNetCore.Models;

/// <summary>The models of the service, in the order in which they were registered.</summary>
internal sealed class ModelCatalog : IAsyncDisposable, IDisposable
{
    public ModelCatalog(
        IEnumerable<ModelRegistration> registrations, IOptionsMonitor<ServedModelOptions> options, IOptions<ServingOptions> serving, ServingMetrics metrics, TimeProvider time,
        ILogger<ModelCatalog> logger) =>
        Models = [.. registrations.Select(registration => new ServedModel(registration.Name, options.Get(registration.Name), serving.Value, metrics, time, logger))];

    /// <summary>The models; at least one.</summary>
    public IReadOnlyList<ServedModel> Models { get; }

    /// <summary>Whether all models serve requests.</summary>
    public bool IsReady => Models.All(model => model.IsReady);

    /// <summary>Returns a model.</summary>
    /// <param name="name">Name of the model; null: the first one.</param>
    /// <param name="version">Version that is asked for; null: any.</param>
    /// <exception cref="RequestException">There is no such model or version.</exception>
    public ServedModel Get(string? name, string? version = null)
    {
        var model = name is null ? Models[0] : Models.FirstOrDefault(model => model.Name == name)
            ?? throw RequestException.NotFound($"There is no model '{name}'; the models are {string.Join(", ", Models.Select(model => model.Name))}.");
        return version is null || version == model.Version ? model : throw RequestException.NotFound($"Model {model.Name} has version {model.Version}, not '{version}'.");
    }

    /// <summary>
    /// Disposes the detectors, each after its last request. A host that could not start does not stop its services, and a process must not end while native code runs.
    /// </summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(Models.Select(model => model.ReleaseAsync())).ConfigureAwait(false);

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
