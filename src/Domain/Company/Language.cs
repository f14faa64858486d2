namespace CrmSync.Domain.Company;

/// <summary>The languages in which readers are written to.</summary>
public enum Language
{
    English,
    German,
    French,
}
