using System.Xml.Linq;

namespace RetinaSharp.Architecture.Tests;

public class NoticesTests
{
    public static TheoryData<string> Packages => [.. Checkout.Projects("src").SelectMany(project => Checkout.Items(project, "PackageReference")).Distinct()];

    [Theory]
    [MemberData(nameof(Packages))]
    public void Notices_APackageOfSource_HasItsLineWithVersionAndLicence(string package)
    {
        var version = XDocument.Load(Checkout.PathOf("Directory.Packages.props")).Descendants("PackageVersion")
            .Single(item => item.Attribute("Include")!.Value == package).Attribute("Version")!.Value;

        Assert.Contains($"| {package} | {version} | MIT |", Checkout.TextOf("THIRD-PARTY-NOTICES.md"));
    }
}
