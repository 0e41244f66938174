using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RetinaSharp.AspNetCore.Models;

/// <summary>Healthy when all models serve requests.</summary>
internal sealed class ModelHealthCheck(ModelCatalog catalog) : IHealthCheck
{
    /// <summary>Name and tag of the check.</summary>
    public const string Name = "retinasharp";

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(catalog.IsReady
        ? HealthCheckResult.Healthy()
        : HealthCheckResult.Unhealthy($"not ready: {string.Join(", ", catalog.Models.Where(model => !model.IsReady).Select(model => model.Name))}"));
}
